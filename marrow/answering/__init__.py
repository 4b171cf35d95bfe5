"""Which passages answer a question, or why none does."""
