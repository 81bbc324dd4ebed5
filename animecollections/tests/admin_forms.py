"""Filling in a form of the admin as a browser does: all that it shows is sent."""


def sent_by(page):
    """{name: value} of the form on a page, inlines too."""
    context = page.context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    return {
        bound.html_name: bound.value()
        for form in forms
        for bound in form
        if bound.value() is not None and bound.value() is not False
    }


def fill_in(browser, address, **changes):
    """Opens the page, changes some fields and saves; None leaves a field out."""
    body = {"reason": "They asked."} | sent_by(browser.get(address)) | changes
    body = {name: value for name, value in body.items() if value is not None}
    return browser.post(address, body, follow=True)


def errors_of(page):
    """What the form says is wrong, by field; nothing when it was taken."""
    if "adminform" not in (page.context or {}):
        return {}
    return dict(page.context["adminform"].form.errors)


def messages_of(page):
    return [str(message) for message in page.context["messages"]]
