"""Pure readers and writers of foreign formats: bytes and values, no ORM, no clock."""
