"""Definitions to text."""
