"""Training S GANs at once: settings in, a `Run` with its record out."""

from ganlab.training.config import TrainConfig
from ganlab.training.loop import train
from ganlab.training.record import Record
from ganlab.training.run import Run
from ganlab.training.tensorboard import TensorBoard

__all__ = ["Record", "Run", "TensorBoard", "TrainConfig", "train"]
