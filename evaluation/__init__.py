"""Measuring Marrow: `make eval` asks a running assistant every set of questions, `make compare` sets others beside."""
