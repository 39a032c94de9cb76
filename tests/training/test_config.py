import math

import numpy as np
import pytest

from ganlab import TrainConfig


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("loss", "nonsat", "loss='nonsat' is not known: use one of"),
        ("penalty", "gp", "penalty='gp' is not known"),
        ("penalty_weight", -1.0, "of 0 or more"),
        ("seeds", 0, "whole number of 1 or more"),
        ("steps", -1, "whole number of 0 or more"),
        ("batch_size", 0, "whole number of 1 or more"),
        ("latent_dim", 0, "whole number of 1 or more"),
        ("lr_g", 0.0, "greater than 0"),
        ("lr_d", math.inf, "greater than 0"),
        ("lr_d", math.nan, "greater than 0"),
        ("betas", (0.5, 1.0), "less than 1"),
        ("n_critic", -1, "of 0 or more"),
        ("seed", -1, "of 0 or more"),
        ("device", "tpu9", "is not a device"),
        ("init", "zeros", "init='zeros' is not known"),
        ("width", 0, "of 1 or more"),
        ("record_every", 0, "of 1 or more"),
        ("snapshot_size", 0, "of 1 or more"),
    ],
)
def test_a_wrong_value_names_field_value_and_range(field: str, value: object, says: str) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        TrainConfig(**{field: value})
    message = str(caught.value)
    assert message.startswith("TrainConfig: ") and field in message and "\n" not in message
    assert repr(value).strip("()") in message or str(value) in message


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("seeds", 2.0),
        ("steps", True),
        ("lr_g", "1e-3"),
        ("betas", 0.5),
        ("betas", (0.5,)),
        ("loss", None),
        ("seeds", None),
        ("penalty", ["r1"]),
        ("penalty", 5),
    ],
)
def test_a_wrong_kind_is_a_type_error_that_names_the_field(field: str, value: object) -> None:
    with pytest.raises(TypeError, match=f"TrainConfig: {field}="):
        TrainConfig(**{field: value})


def test_two_frozen_players_train_nobody() -> None:
    with pytest.raises(ValueError, match="train nobody"):
        TrainConfig(n_critic=0, n_generator=0)


def test_it_is_frozen_hashable_and_prints_what_differs() -> None:
    config = TrainConfig(seeds=3, betas=[0.0, 0.9])
    assert hash(config) == hash(TrainConfig(seeds=3, betas=(0.0, 0.9)))
    assert str(config) == "TrainConfig(seeds=3, betas=(0.0, 0.9))"
    with pytest.raises(AttributeError):
        config.seeds = 4


def test_numpys_numbers_are_taken_as_pythons() -> None:
    config = TrainConfig(seeds=np.int64(4), lr_g=np.float64(0.5), lr_d=np.float32(0.25))
    assert config == TrainConfig(seeds=4, lr_g=0.5, lr_d=0.25)
    assert [type(value) for value in (config.seeds, config.lr_g, config.lr_d)] == [int, float, float]
    betas = TrainConfig(betas=(np.float32(0.5), np.float64(0.25))).betas
    assert betas == (0.5, 0.25) and {type(beta) for beta in betas} == {float}
    with pytest.raises(TypeError, match="seeds=4.0 must be a whole number"):
        TrainConfig(seeds=np.float64(4))


def test_a_number_of_steps_beyond_all_floats() -> None:
    assert TrainConfig(steps=10**400).steps == 10**400
