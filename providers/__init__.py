"""Models and the web, behind protocols: what answers, embeds and searches."""
