"""What the OpenAPI page says of an address beside the good answer: the refusals, all in one shape."""

from collections.abc import Callable, Collection
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status

F = TypeVar("F", bound=Callable[..., Any])


class OneErrorSerializer(serializers.Serializer[Any]):
    """One thing that is wrong."""

    code = serializers.CharField(help_text="For machines.")
    detail = serializers.CharField(help_text="For people: what is wrong and what to do, in the asked language.")
    attr = serializers.CharField(allow_null=True, help_text="The field it is about, if it is about one.")


class ErrorSerializer(serializers.Serializer[Any]):
    """Why a request was refused."""

    type = serializers.ChoiceField(choices=["validation_error", "client_error", "server_error"])
    errors = OneErrorSerializer(many=True)  # type: ignore[assignment]  # the framework takes fields off the class


def answers(
    answer: Any,
    *,
    status_code: int = status.HTTP_200_OK,
    refusals: Collection[int] = (),
    takes: Any = None,
    parameters: list[OpenApiParameter] | None = None,
    also: dict[int, Any] | None = None,
) -> Callable[[F], F]:
    """Describe a method by its good answer, what it takes, and the statuses with which it refuses."""
    refused = dict.fromkeys((status.HTTP_401_UNAUTHORIZED, status.HTTP_403_FORBIDDEN, *refusals), ErrorSerializer)
    described: Callable[[F], F] = extend_schema(
        request=takes, responses={status_code: answer, **(also or {}), **refused}, parameters=parameters
    )
    return described
