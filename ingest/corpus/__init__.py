"""The corpus: projects, documents, pages and chunks as rows, and their store.

The treaty between those who write documents and those who search them: the only part of this
package that retrieval may import.
"""
