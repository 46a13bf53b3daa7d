"""Networks by name: a function for each, and `build` for a name in a string."""

from nn.models.alexnet import alexnet, alexnet_original, zfnet
from nn.models.densenet import densenet121
from nn.models.efficientnet import EfficientNetLite, efficientnet_lite0
from nn.models.googlenet import googlenet
from nn.models.heads import (
    FullyConvolutional,
    MultiTask,
    fully_convolutional,
    multitask,
    multitask_loss,
)
from nn.models.lenet import lenet, lenet5
from nn.models.losses import auxiliary_cross_entropy
from nn.models.mlp import mlp, modern_mlp, perceptron
from nn.models.registry import build, names, register
from nn.models.resnet import (
    resnet18,
    resnet20,
    resnet34,
    resnet50,
    resnet56,
    resnet101,
    resnet110,
    resnet152,
    resnet1202,
    resnet_cifar,
)
from nn.models.sequence_lecture import LectureRNN, backward_through_time
from nn.models.sequence_text import (
    CharacterModel,
    SequenceClassifier,
    TextCNN,
    character_model,
    text_cnn,
)
from nn.models.sequence_to_sequence import SequenceToSequence, sequence_to_sequence
from nn.models.sequence_video import CNNLSTM, cnn_3d, cnn_lstm
from nn.models.small import mobilenet_v1, network_in_network, separable, squeezenet1_1
from nn.models.vgg import vgg, vgg11, vgg13, vgg16, vgg19
