"""Decisions on requests for approval, wherever they are shown: asked, written once, and said."""
