__version__ = "0.1.0"  # of the whole package; CHANGELOG.md tells what each has
