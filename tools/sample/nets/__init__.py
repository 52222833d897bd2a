"""The sample's model families; each module has `build(classes)`-style classes with an `export_form()`."""
