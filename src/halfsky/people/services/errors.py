"""What a service answers when it will not do something."""

from django.core.exceptions import ValidationError


class Refused(ValidationError):
    """A sentence for the reader: what is wrong and what to do."""

    @property
    def sentence(self) -> str:
        """The first sentence, in the reader's language."""
        return str(self.messages[0])
