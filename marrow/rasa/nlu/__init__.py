"""Marrow's NLU components, in the order of config.yml: tokens, sentence encoder, classifier, terms, evidence."""
