"""What happens inside a network: the gradient that reaches each step of a sequence."""

from nn.insight.gradient_flow import GradientFlow, gradient_flow, plot_gradient_flow

__all__ = ["GradientFlow", "gradient_flow", "plot_gradient_flow"]
