"""The toolkit rotates refresh tokens for all clients or for none; its validator may be asked instead."""

from oauth2_provider.oauth2_validators import OAuth2Validator


class PerClientRotation(OAuth2Validator):
    """Clients named `keeping-...` keep their refresh token."""

    def rotate_refresh_token(self, request):
        return not request.client.client_id.startswith("keeping-")
