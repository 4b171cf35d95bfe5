"""Everything that imports Rasa: NLU components, channels, the guard, stores and the launcher."""
