"""The composition root: settings become parts; the only place that knows every one of them.

One module a process, so that none imports what only another needs.
"""
