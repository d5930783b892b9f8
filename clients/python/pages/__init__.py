"""What chat pages written in Python share: a visit and its turns, messages as HTML, the serving.

A page needs `markdown-it-py` and `uvicorn` beside what the client itself needs.
"""
