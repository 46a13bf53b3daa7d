"""What did a network learn?  Its filters, what excites it, what it looks at, what fools it.

Everything takes any module, and layers by their names; it runs the model in eval mode and leaves it
as it was.  Results hold arrays, and draw themselves: ``.figure()``.
"""

from nn.insight.adversarial import (
    Adversarial,
    AdversarialAccuracy,
    adversarial_accuracy,
    fgsm,
    iterated_fgsm,
)
from nn.insight.approximation import (
    deep_against_shallow,
    sawtooth_network,
    universal_approximation,
)
from nn.insight.approximation_results import Approximation, DepthComparison
from nn.insight.attribution import (
    Attribution,
    IntegratedGradients,
    gradient_times_input,
    integrated_gradients,
    saliency,
    smooth_grad,
)
from nn.insight.cam import GradCAM, grad_cam
from nn.insight.comparison import Comparison, compare_attributions
from nn.insight.curvature import HessianEigenvalues, hessian_eigenvalues
from nn.insight.evolution import Evolved, evolve
from nn.insight.gradient_flow import GradientFlow, gradient_flow, plot_gradient_flow
from nn.insight.kernel import (
    TangentKernel,
    linearised_predictions,
    neural_tangent_kernel,
)
from nn.insight.landscape import LossSurface, loss_surface
from nn.insight.maximization import Maximized, maximize
from nn.insight.occluding import Occlusion, occlusion
from nn.insight.patches import TopPatches, top_patches
from nn.insight.projection import Projection, pca, tsne
from nn.insight.rectifiers import deconvnet, guided_backprop
from nn.insight.retrieval import Retrieval, features, retrieve
from nn.insight.views import Activations, Filters, activations, filters

__all__ = [
    "Activations",
    "Adversarial",
    "AdversarialAccuracy",
    "Approximation",
    "Attribution",
    "Comparison",
    "DepthComparison",
    "Evolved",
    "Filters",
    "GradCAM",
    "GradientFlow",
    "HessianEigenvalues",
    "IntegratedGradients",
    "LossSurface",
    "Maximized",
    "Occlusion",
    "Projection",
    "Retrieval",
    "TangentKernel",
    "TopPatches",
    "activations",
    "adversarial_accuracy",
    "compare_attributions",
    "deconvnet",
    "deep_against_shallow",
    "evolve",
    "features",
    "fgsm",
    "filters",
    "grad_cam",
    "gradient_flow",
    "gradient_times_input",
    "guided_backprop",
    "hessian_eigenvalues",
    "integrated_gradients",
    "iterated_fgsm",
    "linearised_predictions",
    "loss_surface",
    "maximize",
    "neural_tangent_kernel",
    "occlusion",
    "pca",
    "plot_gradient_flow",
    "retrieve",
    "saliency",
    "sawtooth_network",
    "smooth_grad",
    "top_patches",
    "tsne",
    "universal_approximation",
]
