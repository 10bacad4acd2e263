"""Who may do what: tiers, the resolver, guards."""
