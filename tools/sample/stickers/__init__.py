"""Stickers-16: a small image world drawn from emoji sprites (see docs/sample.md)."""
