"""Conversations for people without an account: asked for, approved, opened by a link."""
