"""What the floor holds in its hands: travellers, pick lists, labels."""
