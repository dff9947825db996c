"""Every write of the plans room. Each checks access, keeps the rule, saves and logs in one go."""
