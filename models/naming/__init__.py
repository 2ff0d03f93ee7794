"""Names of themes in the customers' own words."""
