"""Convolutions of small maps on PyTorch, with the gradient by their kernel as one matrix product.

oneDNN sums that gradient along the rows of a map, and rows of four pixels leave most of a processor's
bfloat16 tile empty: on 4 x 4 maps it takes two and a half to four times as long as the product here. On
7 x 7 maps and larger ones it is the faster of the two.
"""

from __future__ import annotations

from typing import Any

import torch

LARGEST = 4
"""Side of the largest map, pixels, that is worth it."""


def convolve(
    inputs: torch.Tensor, kernel: torch.Tensor, strides: tuple[int, int], margin: tuple[int, int]
) -> torch.Tensor:
    """``torch.nn.functional.conv2d`` without bias, dilation and groups; the result lies channels-last.

    Args:
        inputs: floating point (n, c, h, w).
        kernel: (filters, c, rows, columns), of the same dtype.
        strides: down and across.
        margin: rows and columns of zeros on each side.
    """
    output: torch.Tensor = _Convolution.apply(inputs, kernel, strides, margin)
    return output


def kernel_gradient(
    inputs: torch.Tensor,
    gradient: torch.Tensor,
    kernel: tuple[int, int],
    strides: tuple[int, int],
    margin: tuple[int, int],
) -> torch.Tensor:
    """The gradient by the kernel, (filters, c, rows, columns).

    Args:
        inputs: floating point (n, c, h, w).
        gradient: by the output, (n, filters, rows out, columns out).
        kernel: rows and columns of the kernel.
        strides: down and across.
        margin: rows and columns of zeros on each side.
    """
    (rows, columns), (down, across), (above, left) = kernel, strides, margin
    n, filters, high, wide = gradient.shape
    padded = torch.nn.functional.pad(inputs.permute(0, 2, 3, 1), (0, 0, left, left, above, above))
    one, line, pixel, channel = padded.stride()
    windows = padded.as_strided(
        (n, high, wide, rows, columns, padded.shape[3]),
        (one, line * down, pixel * across, line, pixel, channel),
    )
    flat = gradient.permute(0, 2, 3, 1).reshape(n * high * wide, filters)
    product = windows.reshape(n * high * wide, -1).T @ flat
    return product.reshape(rows, columns, -1, filters).permute(3, 2, 0, 1)


class _Convolution(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        inputs: torch.Tensor,
        kernel: torch.Tensor,
        strides: tuple[int, int],
        margin: tuple[int, int],
    ) -> torch.Tensor:
        ctx.save_for_backward(inputs, kernel)
        ctx.strides, ctx.margin = strides, margin
        return torch.nn.functional.conv2d(inputs, kernel, None, strides, margin)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        inputs, kernel = ctx.saved_tensors
        gradient = gradients[0].contiguous(memory_format=torch.channels_last)
        by_input = by_kernel = None
        if ctx.needs_input_grad[0]:
            by_input = torch.ops.aten.convolution_backward(
                gradient,
                inputs,
                kernel,
                None,
                ctx.strides,
                ctx.margin,
                (1, 1),
                False,
                (0, 0),
                1,
                (True, False, False),
            )[0]
        if ctx.needs_input_grad[1]:
            by_kernel = kernel_gradient(inputs, gradient, kernel.shape[2:], ctx.strides, ctx.margin)
        return by_input, by_kernel, None, None
