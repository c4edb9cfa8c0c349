"""The toolkit's own endpoints, Django's sign-in, one protected resource, and the test's control."""

import json

from django.contrib.auth.views import LoginView
from django.http import JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.models import Application
from oauth2_provider.views.generic import ProtectedResourceView


class Me(ProtectedResourceView):
    def get(self, request):
        # a token of the client credentials grant has no user
        user = request.resource_owner
        return JsonResponse({"account": user.get_username() if user else None})


@csrf_exempt
def redirect_uris(request):
    Application.objects.filter(authorization_grant_type="authorization-code").update(
        redirect_uris=" ".join(json.loads(request.body))
    )
    return JsonResponse({})


urlpatterns = [
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    path("accounts/login/", LoginView.as_view()),
    path("api/me", Me.as_view()),
    path("_control/redirect_uris", redirect_uris),
]
