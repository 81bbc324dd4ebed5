"""Curves over a logarithmic axis, as an SVG that is readable on light and dark."""

from math import log10

WIDTH, HEIGHT, LEFT, BELOW, RIGHT, ABOVE = 760, 360, 56, 40, 210, 32
COLOURS = ("#c2410c", "#2563eb", "#15803d", "#9333ea", "#b45309", "#0e7490")
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #333 }
.line { fill: none; stroke-width: 2 }
.grid { stroke: #8886; stroke-width: 1 }
@media (prefers-color-scheme: dark) { text { fill: #ddd } }
"""


def draw(path, curves, *, title, step, across="entries"):
    """curves: {name: [(x, y), …]}. step: of the lines across, from 0."""
    every = [point for points in curves.values() for point in points]
    low, high = (log10(end(x for x, _ in every)) for end in (min, max))
    most = max(y for _, y in every) * 1.15

    def at(x, y):
        share = (log10(x) - low) / ((high - low) or 1)
        across_ = LEFT + share * (WIDTH - LEFT - RIGHT)
        return across_, ABOVE + (1 - y / most) * (HEIGHT - ABOVE - BELOW)

    parts = [text(LEFT, 15, title)]
    for number in range(int(most / step) + 1):
        x1, y = at(10**low, number * step)
        x2, _ = at(10**high, 0)
        parts += [
            f'<path class="grid" d="M{x1:.1f} {y:.1f}H{x2:.1f}"/>',
            text(LEFT - 8, y + 4, f"{number * step:g}", 'text-anchor="end"'),
        ]
    for x in sorted({x for x, _ in every}):
        place, _ = at(x, 0)
        parts.append(text(place, HEIGHT - BELOW + 20, f"{x:,}", 'text-anchor="middle"'))
    parts.append(text(WIDTH - RIGHT + 40, HEIGHT - BELOW + 20, across))
    labels = sorted(curves, key=lambda name: -curves[name][-1][1])
    for name, colour in zip(curves, COLOURS * 2, strict=False):
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*p) for p in curves[name]))
        place = ABOVE + 14 + 20 * labels.index(name)
        parts += [
            f'<polyline class="line" stroke="{colour}" points="{line}"/>',
            text(WIDTH - RIGHT + 12, place, name, f'style="fill: {colour}"'),
        ]
    body = "\n".join(parts)
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'role="img" aria-label="{title}">\n<style>{STYLE}</style>\n{body}\n</svg>\n'
    )


def text(x, y, says, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{says}</text>'
