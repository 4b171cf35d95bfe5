"""Marrow's custom actions: each reads the turn, asks `marrow.answering`, and utters a Reply."""
