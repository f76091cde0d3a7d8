"""The ways into a Lab. They translate and decide nothing."""
