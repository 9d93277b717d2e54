"""Template tags of Rostrum's components."""

from django import template

register = template.Library()
