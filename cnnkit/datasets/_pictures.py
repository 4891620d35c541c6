"""What sets of drawn pictures share."""

from dataclasses import fields


class Pictures:
    """Arrays with one entry a picture, the fields of a dataclass; one is `images`."""

    def __len__(self):
        return len(self.images)

    def subset(self, index):
        """Return the pictures at `index`: a slice, positions, or a bool array."""
        return type(self)(*(getattr(self, f.name)[index] for f in fields(self)))
