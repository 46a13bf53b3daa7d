"""A signal filtered by its spectrum, and derivatives that pass through complex numbers."""

import autograd.numpy as np
from autograd import elementwise_grad, grad, holomorphic_grad, jacobian

t = np.arange(16) / 16.0
signal = np.sin(2 * np.pi * 2 * t) + 0.5 * np.cos(2 * np.pi * 5 * t) + 0.1 * t


def smooth(x, width):
    k = np.fft.fftfreq(len(x)) * len(x)
    return np.real(np.fft.ifft(np.fft.fft(x) * np.exp(-0.5 * (k / width) ** 2)))


def roughness(x, width):
    return np.sum((smooth(x, width)[1:] - smooth(x, width)[:-1]) ** 2)


print("value", roughness(signal, 3.0))
print("by width", grad(roughness, 1)(signal, 3.0))
print("by signal", grad(roughness)(signal, 3.0))
print("power", grad(lambda x: np.sum(t * np.abs(np.fft.fft(x)) ** 2))(signal))
print("response", jacobian(smooth)(signal, 3.0)[3])

z = 0.6 - 0.8j
print("modulus", grad(lambda z: np.abs(z) ** 3)(z))
print("conjugate", grad(lambda z: np.real(np.conj(z) * z**2))(z))
print("angle", grad(lambda z: np.angle(z * z))(z))
print("holomorphic", holomorphic_grad(lambda z: np.exp(1j * z) / z)(z))
print("by parts", elementwise_grad(lambda x: np.imag(np.exp(1j * x) * z))(t[:4]))
