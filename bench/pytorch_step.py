"""The step of MoCo v3 in PyTorch, written from the paper (arXiv 2104.02057, Algorithm 1) for comparison.

Reads one JSON object of options on the command line, trains on noise, and prints one JSON object:
seconds of each step, and of the first one, which is not among them.
"""

import json
import math
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

DEFAULTS = dict(
    image=224, patch=16, width=384, depth=12, heads=12, mlp=4, hidden=4096, out=256,
    batch=8, steps=5, warm_up=2, precision="fp32", device="cpu", threads=0, compile=False,
)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        n, l, d = x.shape
        q, k, v = self.qkv(x).reshape(n, l, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        return self.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, l, d))


class Block(nn.Module):
    def __init__(self, width, heads, mlp):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attn = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = nn.Sequential(nn.Linear(width, mlp * width), nn.GELU(), nn.Linear(mlp * width, width))

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class ViT(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.patch = nn.Conv2d(3, o["width"], o["patch"], stride=o["patch"])
        for p in self.patch.parameters():
            p.requires_grad = False  # section 4.3: random, frozen
        self.cls = nn.Parameter(torch.randn(1, 1, o["width"]) * 1e-6)
        self.register_buffer("pos", sincos(o["image"] // o["patch"], o["width"]))
        self.blocks = nn.Sequential(*[Block(o["width"], o["heads"], o["mlp"]) for _ in range(o["depth"])])
        self.norm = nn.LayerNorm(o["width"], eps=1e-6)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls.expand(x.shape[0], -1, -1), x], 1) + self.pos
        return self.norm(self.blocks(x))[:, 0]


def sincos(grid, width):
    y, x = torch.meshgrid(torch.arange(grid), torch.arange(grid), indexing="ij")
    omega = 10000.0 ** (-torch.arange(width // 4) / (width // 4))
    a, b = x.reshape(-1, 1) * omega, y.reshape(-1, 1) * omega
    table = torch.cat([a.sin(), a.cos(), b.sin(), b.cos()], 1)
    return torch.cat([torch.zeros(1, width), table])[None]


def head(layers, width, hidden, out):
    parts = []
    for i in range(layers):
        last = i == layers - 1
        parts.append(nn.Linear(width if i == 0 else hidden, out if last else hidden, bias=False))
        parts += [nn.BatchNorm1d(out, affine=False)] if last else [nn.BatchNorm1d(hidden), nn.ReLU(True)]
    return nn.Sequential(*parts)


def encoder(o):
    return nn.Sequential(ViT(o), head(3, o["width"], o["hidden"], o["out"]))


def contrast(q, k, temperature=0.2):
    q, k = F.normalize(q.float(), dim=1), F.normalize(k.float(), dim=1)
    labels = torch.arange(len(q), device=q.device)
    return 2 * temperature * F.cross_entropy(q @ k.T / temperature, labels)


class Step:
    def __init__(self, o):
        self.o, self.device = o, torch.device(o["device"])
        self.base, self.key = encoder(o).to(self.device), encoder(o).to(self.device)
        self.key.load_state_dict(self.base.state_dict())
        for p in self.key.parameters():
            p.requires_grad = False
        self.predictor = head(2, o["out"], o["hidden"], o["out"]).to(self.device)
        trained = [p for m in (self.base, self.predictor) for p in m.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(trained, lr=1e-4, weight_decay=0.1, fused=True)
        self.query = torch.compile(self.forward_query) if o["compile"] else self.forward_query
        self.encode = torch.compile(self.forward_key) if o["compile"] else self.forward_key

    def forward_query(self, x):
        return self.predictor(self.base(x))

    def forward_key(self, x):
        return self.key(x)

    def __call__(self, x1, x2):
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.o["precision"] == "bf16"):
            q1, q2 = self.query(x1), self.query(x2)
            with torch.no_grad():
                torch._foreach_lerp_(list(self.key.parameters()), list(self.base.parameters()), 0.01)
                k1, k2 = self.encode(x1), self.encode(x2)
        loss = contrast(q1, k2) + contrast(q2, k1)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss


def main():
    o = {**DEFAULTS, **json.loads(sys.argv[1])}
    if o["threads"]:
        torch.set_num_threads(o["threads"])
    torch.manual_seed(0)
    cuda = o["device"].startswith("cuda")
    if cuda:
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = o["precision"] == "tf32"
        torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction = False
    step = Step(o)
    x1, x2 = (torch.randn(o["batch"], 3, o["image"], o["image"], device=o["device"]) for _ in range(2))
    seconds = []
    for _ in range(o["warm_up"] + o["steps"]):
        begin = time.perf_counter()
        loss = step(x1, x2).item()  # waits for the device, as a loop that watches its loss does
        seconds.append(time.perf_counter() - begin)
        assert math.isfinite(loss)
    result = dict(torch=torch.__version__, first=seconds[0], seconds=seconds[o["warm_up"]:], threads=torch.get_num_threads())
    if cuda:
        result.update(device=torch.cuda.get_device_name(), peak_bytes=torch.cuda.max_memory_allocated())
    print(json.dumps(result))


if __name__ == "__main__":
    main()
