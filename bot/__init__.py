"""The conversation: understanding, policy, replies, channels and storage. It holds no tensors."""
