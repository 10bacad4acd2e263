"""How long an answer waits for its provider, and when a provider is left alone."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """Times in seconds.

    Attributes:
        queue_s: The longest wait for a place at a provider with a limit.
        poll_s: Between two looks at the queue.
        pause_s: The longest wait that a provider may ask for (429 with Retry-After).
        least_pause_s: The shortest such pause, doubled each time; in all not more than `pause_s`.
        longest_pause_s: What is remembered of a longer one, so that nobody is shut out for long by
            one odd answer.
        failures: In a row; then the endpoint is left alone.
        rest_s: For how long, the first time; doubled for each trial that fails.
        longest_rest_s: At most.
        trial_s: How long the one trial after a rest may take to begin, before there is another.
        success_s: Between two writes of the last success.
        test_s: For one whole test call.
    """

    queue_s: float = 60.0
    poll_s: float = 0.5
    pause_s: float = 30.0
    least_pause_s: float = 1.0
    longest_pause_s: float = 300.0
    failures: int = 5
    rest_s: float = 30.0
    longest_rest_s: float = 300.0
    trial_s: float = 60.0
    success_s: float = 60.0
    test_s: float = 20.0
