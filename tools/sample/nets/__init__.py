"""The sample's model families: modules that take normalised pictures, with a `prepare_export()` each."""
