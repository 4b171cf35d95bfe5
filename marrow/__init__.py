"""Marrow's engine: content, answering, safety and the Reply.

Nothing here imports Rasa, Sanic or TensorFlow; what does lives in `marrow.rasa` and `actions`.
"""
