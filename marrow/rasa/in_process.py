"""Custom actions in the server's own process, behind the interface of Rasa's remote action endpoint.

Rasa's call to a separate action server is the commonest cause of silence. The same `actions/` package runs either way.
"""

from __future__ import annotations

from typing import Any

from jsonschema import Draft7Validator
from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor


class InProcessActions(EndpointConfig):  # type: ignore[misc]
    """An action endpoint that calls rasa-sdk's executor instead of an address."""

    def __init__(self, package: str = "actions") -> None:
        super().__init__(url="in-process")
        self._executor = ActionExecutor()
        self._executor.register_package(package)
        # Rasa sends the whole domain with every call unless told that nobody needs it.
        self.kwargs["enable_selective_domain"] = True

    async def request(self, method: str = "post", subpath: str | None = None, **kwargs: Any) -> Any:  # type: ignore[override]
        """Run the action that `json` asks for. Whatever it raises goes to Rasa, and from there to the guard."""
        return await self._executor.run(kwargs["json"])


def validate_actions_once() -> None:
    """Give RemoteAction a validator made once: Rasa checks its own constant schema at every action, 18 ms a turn."""
    validator = Draft7Validator(RemoteAction.action_response_format_spec())

    def validate(self: RemoteAction, result: dict[str, Any]) -> bool:
        validator.validate(result)
        return True

    RemoteAction._validate_action_result = validate
