import pytest

torch = pytest.importorskip("torch")
from kuzushiji.models import small_maps  # noqa: E402


@pytest.mark.parametrize("side", [3, 4, 7])
@pytest.mark.parametrize(
    ("kernel", "strides", "margin"),
    [((3, 3), (1, 1), (1, 1)), ((3, 3), (2, 2), (1, 1)), ((1, 1), (1, 1), (0, 0)), ((5, 3), (2, 1), (2, 1))],
    ids=str,
)
def test_numbers_and_gradients_are_pytorchs(side, kernel, strides, margin):
    draw = torch.Generator().manual_seed(side)
    results = []
    inputs = torch.randn(2, 5, side, side, generator=draw, dtype=torch.float64)
    weights = torch.randn(6, 5, *kernel, generator=draw, dtype=torch.float64)
    for convolve in (
        small_maps.convolve,
        lambda x, k, s, m: torch.nn.functional.conv2d(x, k, None, s, m),
    ):
        x, k = inputs.clone().requires_grad_(), weights.clone().requires_grad_()
        y = convolve(x, k, strides, margin)
        (y * torch.arange(y.numel(), dtype=torch.float64).reshape(y.shape)).sum().backward()
        results.append((y, x.grad, k.grad))
    for ours, theirs in zip(*results, strict=True):
        torch.testing.assert_close(ours, theirs)


def test_inputs_without_a_gradient_get_none():
    kernel = torch.randn(2, 1, 3, 3, requires_grad=True)
    glyphs = torch.randn(4, 1, 4, 4)
    small_maps.convolve(glyphs, kernel, (1, 1), (1, 1)).sum().backward()
    assert glyphs.grad is None
    assert kernel.grad is not None
