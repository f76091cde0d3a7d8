"""Where the README's numbers come from. Each benchmark measures both sides in one run and prints ratios: machines differ, ratios hardly."""
