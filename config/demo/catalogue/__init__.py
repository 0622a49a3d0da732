"""What the demo shop sells, as plain data: no Django in here."""
