"""Makes the small reference fixtures beside the tests: what PyTorch and timm compute.

usage: make_fixtures.py DIR [NAME...]

Needs requirements.txt; the tests that read the fixtures need no Python. The backbone is timm's, the
step is written out here. Everything is computed in float64 from float32 weights; a second run in
float32 tells how far PyTorch itself deviates there, and so the float32 tolerances.
"""

import json
import math
import pathlib
import re
import sys

import numpy
import torch
from safetensors.torch import save_file
from timm.models.resnet import BasicBlock, Bottleneck, ResNet
from timm.models.vision_transformer import VisionTransformer
from torch import nn
from torch.nn import functional

BATCH = 8
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
SAMPLES = 64
FLOOR = {"step.0.gradient": 1e-4, "gradient_norms": 1e-4, "final": 1e-4, "final.running": 1e-4,
         "final.state": 1e-4}
LOOSEST = 1e-2
# Every tensor of these is stored whole, of the others its norm and a sample.
WHOLE = {"frozen-projection", "learned-projection", "lars", "lamb"}

VIT = {"family": "vit", "image_size": 16, "patch_size": 8, "width": 16, "depth": 2, "heads": 4,
       "mlp_ratio": 2, "stem": "patch", "patch_projection": "frozen-random",
       "position_embedding": "sincos", "pooling": "cls", "mlp_norm": "layer"}
PROJECTOR = {"layers": 3, "hidden": 24, "out": 8, "batch_norm": True, "final_batch_norm": True}
PREDICTOR = {"layers": 2, "hidden": 24, "out": 8, "batch_norm": True, "final_batch_norm": True}
ADAMW = {"name": "adamw", "betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 0.1,
         "decay_exclusion": "none"}
LARS = {"name": "lars", "momentum": 0.9, "trust_coefficient": 0.001, "weight_decay": 0.001,
        "form": "reference"}
LAMB = {"name": "lamb", "betas": [0.9, 0.999], "eps": 1e-6, "weight_decay": 0.01,
        "decay_exclusion": "none", "max_gradient_norm": None}
STABLE = ADAMW | {"name": "stable-adamw", "betas": [0.9, 0.95]}
RATES = {"adamw": 2e-3, "stable-adamw": 2e-3, "lars": 0.5, "lamb": 5e-3}
# Three steps: with BatchNorm over 8 samples in 53 layers, rounding itself grows past 1e-6 in five.
RESNET = {"projector": PROJECTOR | {"layers": 2}, "temperature": 1.0, "optimizer": LARS, "count": 3,
          "predictor": PREDICTOR | {"final_batch_norm": False}}


def vit(**changes):
    return {"backbone": VIT | changes}


def resnet(depth, width):
    shape = {"family": "resnet", "depth": depth, "image_size": 32, "width": width}
    return {"backbone": shape} | RESNET


VARIANTS = {
    "frozen-projection": {},
    "learned-projection": vit(patch_projection="learned"),
    "batch-norm-projection": vit(patch_projection="batch-norm"),
    "weight-norm-projection": vit(patch_projection="weight-norm"),
    "projection-clip": vit(patch_projection="learned") | {"patch_projection_clip": 0.01},
    "learned-position": vit(position_embedding="learned"),
    "no-position": vit(position_embedding="none"),
    "mean-pooling": vit(pooling="mean"),
    "mean-no-norm": vit(pooling="mean-no-norm") | {"temperature": 1.0},
    "batch-norm-mlp": vit(mlp_norm="batch"),
    "conv-stem": vit(stem="conv", patch_projection="learned", image_size=32, patch_size=16),
    "seven-pixel-patches": vit(image_size=14, patch_size=7),
    "resnet-18": resnet(18, 512),
    "resnet-50": resnet(50, 2048),
    "heads-without-bn": {"projector": PROJECTOR | {"batch_norm": False},
                         "predictor": PREDICTOR | {"batch_norm": False}},
    "heads-without-final-bn": {"projector": PROJECTOR | {"final_batch_norm": False},
                               "predictor": PREDICTOR | {"final_batch_norm": False}},
    "deep-heads": {"projector": PROJECTOR | {"layers": 4}, "predictor": PREDICTOR | {"layers": 1}},
    "no-predictor": {"predictor": None},
    "momentum-zero": {"momentum": 0.0},
    "ema-after-update": {"ema_order": "after-update"},
    "adamw-exclusion": {"optimizer": ADAMW | {"decay_exclusion": "one-dimensional"}},
    "gradient-clip": {"gradient_clip": 0.05},
    "lars": {"optimizer": LARS},
    "lars-simclr": {"optimizer": LARS | {"form": "simclr"}},
    "lamb": {"optimizer": LAMB},
    "lamb-clip": {"optimizer": LAMB | {"max_gradient_norm": 0.05}},
    "lamb-exclusion": {"optimizer": LAMB | {"decay_exclusion": "one-dimensional"}},
    "stable-adamw": {"optimizer": STABLE},
    "key-queue": {"queue_length": 20},
    "simclr": {"method": "simclr", "predictor": None, "temperature": 0.1},
    "simclr-resnet-18": resnet(18, 512) | {"method": "simclr", "predictor": None, "temperature": 0.5},
    "byol": {"method": "byol", "projector": PROJECTOR | {"final_batch_norm": False},
             "predictor": PREDICTOR | {"final_batch_norm": False}},
    "swav": {"method": "swav", "predictor": None, "temperature": 0.1, "prototypes": 6, "epsilon": 0.05,
             "sinkhorn_iterations": 3, "frozen_updates": 2,
             "projector": PROJECTOR | {"layers": 2, "batch_norm": False}},
}
VARIANTS["swav-multi-crop"] = VARIANTS["swav"] | vit(image_size=24) | {
    "small_crops": {"count": 3, "size": 16}, "projector": PROJECTOR | {"layers": 2}}


class ConvolutionStem(nn.Module):
    def __init__(self, img_size, patch_size, in_chans, embed_dim, **_):
        super().__init__()
        layers, channels = [], in_chans
        for out in (embed_dim // 8, embed_dim // 4, embed_dim // 2, embed_dim):
            layers += [nn.Conv2d(channels, out, 3, stride=2, padding=1, bias=False),
                       nn.BatchNorm2d(out), nn.ReLU()]
            channels = out
        self.proj = nn.Sequential(*layers, nn.Conv2d(channels, embed_dim, 1))
        self.num_patches = (img_size // patch_size) ** 2

    def forward(self, images):
        return self.proj(images).flatten(2).transpose(1, 2)


class TokenBatchNorm(nn.BatchNorm1d):
    """BatchNorm over all tokens of (N, L, D)."""

    def forward(self, x):
        return super().forward(x.flatten(0, 1)).view_as(x)


def backbone(shape):
    if shape["family"] == "resnet":
        basic = shape["depth"] == 18
        layers = [2, 2, 2, 2] if basic else [3, 4, 6, 3]
        return ResNet(BasicBlock if basic else Bottleneck, layers, num_classes=0)
    cls = shape["pooling"] == "cls"
    model = VisionTransformer(
        img_size=shape["image_size"], patch_size=shape["patch_size"], embed_dim=shape["width"],
        depth=shape["depth"], num_heads=shape["heads"], mlp_ratio=shape["mlp_ratio"],
        num_classes=0, class_token=cls, global_pool="token" if cls else "avg", fc_norm=False,
        final_norm=shape["pooling"] != "mean-no-norm",
        pos_embed="none" if shape["position_embedding"] == "none" else "learn",
        **({"embed_layer": ConvolutionStem} if shape["stem"] == "conv" else {}))
    if shape["mlp_norm"] == "batch":
        for block in model.blocks:
            block.norm2 = TokenBatchNorm(shape["width"])
    if shape["position_embedding"] == "sincos":
        model.pos_embed.requires_grad_(False)
    kind = shape["patch_projection"]
    if kind == "frozen-random":
        model.patch_embed.proj.requires_grad_(False)
    if kind == "batch-norm":
        model.patch_embed.norm = TokenBatchNorm(shape["width"])
    if kind == "weight-norm":
        nn.utils.weight_norm(model.patch_embed.proj, dim=0)
    return model


def head(width, shape):
    layers = []
    for i in range(shape["layers"]):
        last = i == shape["layers"] - 1
        out = shape["out" if last else "hidden"]
        layers.append(nn.Linear(width, out, bias=False))
        if shape["batch_norm"] and (not last or shape["final_batch_norm"]):
            layers.append(nn.BatchNorm1d(out, affine=not last))
        if not last:
            layers.append(nn.ReLU())
        width = out
    return nn.Sequential(*layers)


class Encoder(nn.Module):
    def __init__(self, shape, projector):
        super().__init__()
        self.backbone = backbone(shape)
        self.projector = head(shape["width"], projector)
        self.projector_name = "fc" if shape["family"] == "resnet" else "head"

    def forward(self, images):
        features = self.backbone(images)
        return features, self.projector(features)

    def named(self, tensors):
        """Names of the reference for names of this module."""
        return {name.replace("backbone.", "").replace("projector.", self.projector_name + "."): value
                for name, value in tensors}


def fnv1a64(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def filled(name, seed, shape, offset, scale):
    size = math.prod(shape)
    z = numpy.uint64((fnv1a64(name) + seed) % 2**64) + numpy.arange(
        1, size + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    z = z ^ (z >> numpy.uint64(31))
    u = (z >> numpy.uint64(40)).astype(numpy.float64) / 2**24
    return torch.from_numpy((offset + scale * (2 * u - 1)).astype(numpy.float32).reshape(shape))


def offset_and_scale(name, tensor):
    if name.endswith("running_var"):
        return 1.0, 0.0
    if name.endswith("running_mean"):
        return 0.0, 0.0
    if name.endswith("weight_g"):
        return 1.0, 0.1
    if tensor.dim() <= 1:
        return (1.0, 0.1) if name.endswith("weight") else (0.0, 0.02)
    if name.endswith(("cls_token", "pos_embed")):
        return 0.0, 0.1
    return 0.0, 1 / math.sqrt(math.prod(tensor.shape[1:]))


def sincos(shape, size=None):
    """(1, patches, D): D/4 frequencies each of sin row, cos row, sin column, cos column.

    The patches of a smaller image are spread evenly over those of a whole one.
    """
    whole, quarter = shape["image_size"] // shape["patch_size"], shape["width"] // 4
    grid = (size or shape["image_size"]) // shape["patch_size"]
    omega = 1 / 10000 ** (torch.arange(quarter, dtype=torch.float64) / quarter)
    along = (torch.arange(grid, dtype=torch.float64) + 0.5) * whole / grid - 0.5
    row, column = torch.meshgrid(along, along, indexing="ij")
    row, column = row.flatten()[:, None] * omega, column.flatten()[:, None] * omega
    return torch.cat([row.sin(), row.cos(), column.sin(), column.cos()], 1).float()[None]


class Run:
    """One training run of a variant in one precision."""

    def __init__(self, case, dtype):
        self.case, self.dtype = case, dtype
        shape = case["backbone"]
        self.base = Encoder(shape, case["projector"])
        self.predictor = head(case["projector"]["out"], case["predictor"]) if case["predictor"] else None
        self.fill, self.file = {}, {}
        self.initialise(shape)
        self.base.to(dtype).train()
        if self.predictor:
            self.predictor.to(dtype).train()
        self.method = case["method"]
        self.momentum = None
        if self.method in ("moco-v3", "byol"):
            self.momentum = Encoder(shape, case["projector"]).to(dtype).train().requires_grad_(False)
            self.momentum.load_state_dict(self.base.state_dict())
        self.trained = {f"base_encoder.{name}": p
                        for name, p in self.base.named(self.base.named_parameters()).items()
                        if p.requires_grad}
        if self.predictor:
            self.trained |= {f"predictor.{name}": p for name, p in self.predictor.named_parameters()}
        self.queue = self.prototypes = None
        if case.get("queue_length"):
            drawn = torch.randn(case["queue_length"], case["projector"]["out"],
                                generator=torch.Generator().manual_seed(case["seed"]))
            self.file["queue"] = functional.normalize(drawn, dim=1)
            self.queue = self.file["queue"].to(dtype)
        if self.method == "swav":
            name, shape = "prototypes.weight", (case["prototypes"], case["projector"]["out"])
            self.fill[name] = {"shape": list(shape), "offset": 0.0, "scale": 0.5}
            self.prototypes = filled(name, case["seed"], shape, 0.0, 0.5).to(dtype).requires_grad_()
            self.trained[name] = self.prototypes
        names = ["mu"] if case["optimizer"]["name"] == "lars" else ["exp_avg", "exp_avg_sq"]
        self.state = {kind: {name: torch.zeros_like(p) for name, p in self.trained.items()}
                      for kind in names}

    def initialise(self, shape):
        tensors = self.base.named(list(self.base.named_parameters()) + list(self.base.named_buffers()))
        named = {f"base_encoder.{name}": tensor for name, tensor in tensors.items()}
        if self.predictor:
            named |= {f"predictor.{name}": tensor for name, tensor in
                      list(self.predictor.named_parameters()) + list(self.predictor.named_buffers())}
        with torch.no_grad():
            for name, tensor in named.items():
                if name.endswith("num_batches_tracked"):
                    continue
                if name.endswith("pos_embed"):
                    self.positions(name, tensor, shape)
                    continue
                offset, scale = map(float, map(numpy.float32, offset_and_scale(name, tensor)))
                self.fill[name] = {"shape": list(tensor.shape), "offset": offset, "scale": scale}
                tensor.copy_(filled(name, self.case["seed"], tensor.shape, offset, scale))

    def positions(self, name, tensor, shape):
        """The reference has a row for the class token even where there is none."""
        row = torch.zeros(1, 1, shape["width"])
        if shape["position_embedding"] == "learned":
            whole = filled(name, 99, (1, tensor.shape[1] + (shape["pooling"] != "cls"), shape["width"]), 0, 0.1)
        else:
            whole = torch.cat([row, sincos(shape)], 1)
        self.file[name] = whole
        tensor.copy_(whole if shape["pooling"] == "cls" else whole[:, 1:])

    def images(self, views, step, view):
        x = views[step, view].to(self.dtype) / 255
        mean, std = (torch.tensor(c, dtype=self.dtype).view(1, 3, 1, 1) for c in (MEAN, STD))
        return (x - mean) / std

    def small_features(self, images):
        """Backbone features of images of another size, with positions of their own."""
        vit, shape = self.base.backbone, self.case["backbone"]
        whole, vit.patch_embed.strict_img_size = vit.pos_embed.data, False
        table = torch.cat([torch.zeros(1, 1, shape["width"]), sincos(shape, images.shape[-1])], 1)
        vit.pos_embed.data = table.to(self.dtype)
        features = vit(images)
        vit.pos_embed.data = whole
        return features

    def multi_crop(self, x, small, index):
        """Features and projections of both views and of the small crops; heads see all as one batch."""
        features = list(self.base.backbone(torch.cat(x)).chunk(2))
        features += [self.small_features(self.images(small, index, crop)) for crop in range(small.shape[1])]
        return list(zip(features, self.base.projector(torch.cat(features)).chunk(len(features))))

    def step(self, views, index, rate, momentum, small=None):
        """The loss, what the forwards gave, and the gradients before any clipping."""
        x = [self.images(views, index, view) for view in (0, 1)]
        if small is not None:
            forward = self.multi_crop(x, small, index)
        elif self.method in ("simclr", "swav"):  # BatchNorms see both views as one batch
            features, projections = self.base(torch.cat(x))
            forward = list(zip(features.chunk(2), projections.chunk(2)))
        else:
            forward = [self.base(view) for view in x]
        queries = [self.predictor(p) if self.predictor else p for _, p in forward]
        before = self.case.get("ema_order", "before-keys") == "before-keys"
        keys = [None, None]
        if self.momentum:
            with torch.no_grad():
                if before:
                    self.average(momentum)
                keys = [self.momentum(view)[1] for view in x]
        loss = getattr(self, self.method.replace("-", "_"))(queries, keys)
        loss.backward()
        if self.queue is not None:
            newest = functional.normalize(torch.cat(keys), dim=1)
            self.queue = torch.cat([newest, self.queue])[:len(self.queue)]
        gradients = {name: p.grad.clone() for name, p in self.trained.items()}
        with torch.no_grad():
            self.update(rate, index + 1)
            if self.prototypes is not None:
                self.prototypes.copy_(functional.normalize(self.prototypes, dim=1))
            if self.momentum and not before:
                self.average(momentum)
        for p in self.trained.values():
            p.grad = None
        outputs = {}
        for view in (0, 1):
            outputs[f"features.{view + 1}"], outputs[f"projection.{view + 1}"] = forward[view]
            outputs[f"query.{view + 1}"] = queries[view]
            if self.momentum:
                outputs[f"key.{view + 1}"] = keys[view]
        return loss.item(), outputs, gradients

    def moco_v3(self, q, k):
        return self.ctr(q[0], k[1]) + self.ctr(q[1], k[0])

    def byol(self, q, z):
        q, z = ([functional.normalize(v, dim=1) for v in pair] for pair in (q, z))
        return sum((q[i] - z[1 - i]).square().sum(1).mean() for i in (0, 1))

    def simclr(self, z, _):
        z = functional.normalize(torch.cat(z), dim=1)
        logits = (z @ z.T / self.case["temperature"]).fill_diagonal_(-math.inf)
        return functional.cross_entropy(logits, torch.arange(len(z)).roll(len(z) // 2))

    def swav(self, z, _):
        prototypes = functional.normalize(self.prototypes, dim=1)
        scores = [functional.normalize(v, dim=1) @ prototypes.T for v in z]
        codes = [self.sinkhorn(s.detach()) for s in scores[:2]]
        t = self.case["temperature"]
        terms = [[-(codes[i] * functional.log_softmax(s / t, 1)).sum(1).mean()
                  for v, s in enumerate(scores) if v != i] for i in (0, 1)]
        return sum(sum(term) / len(term) for term in terms) / 2

    def sinkhorn(self, scores):
        q = (scores / self.case["epsilon"]).exp().T
        q /= q.sum()
        for _ in range(self.case["sinkhorn_iterations"]):
            q /= q.sum(1, keepdim=True) * q.shape[0]
            q /= q.sum(0, keepdim=True) * q.shape[1]
        return (q * q.shape[1]).T

    def ctr(self, q, k):
        k = functional.normalize(k, dim=1)
        if self.queue is not None:
            k = torch.cat([k, self.queue])
        logits = functional.normalize(q, dim=1) @ k.T
        t = self.case["temperature"]
        return 2 * t * functional.cross_entropy(logits / t, torch.arange(len(q)))

    def average(self, momentum):
        for k, q in zip(self.momentum.parameters(), self.base.parameters()):
            k.mul_(momentum).add_(q, alpha=1 - momentum)

    def update(self, rate, count):
        case, o = self.case, self.case["optimizer"]
        if case.get("patch_projection_clip"):
            nn.utils.clip_grad_norm_([p for name, p in self.trained.items() if ".patch_embed." in name],
                                     case["patch_projection_clip"])
        if case.get("gradient_clip"):
            nn.utils.clip_grad_norm_(self.trained.values(), case["gradient_clip"])
        g = {name: p.grad for name, p in self.trained.items()}
        if o.get("max_gradient_norm"):
            norm = torch.stack([x.norm() for x in g.values()]).norm()
            g = {name: x / max(norm / o["max_gradient_norm"], 1) for name, x in g.items()}
        for name, w in self.trained.items():
            spared = o.get("decay_exclusion") == "one-dimensional" and (
                w.dim() <= 1 or name.endswith(("cls_token", "pos_embed")))
            waits = self.case.get("frozen_updates", 0) if name.startswith("prototypes") else 0
            if count > waits:
                getattr(self, o["name"].replace("-", "_"))(
                    name, w, g[name], rate, count - waits, 0 if spared else o["weight_decay"])

    def lars(self, name, w, g, rate, _, decay):
        o, mu = self.case["optimizer"], self.state["mu"][name]
        if w.dim() > 1:
            g = g + decay * w
            if w.norm() > 0 and g.norm() > 0:
                g = g * (o["trust_coefficient"] * w.norm() / g.norm())
        inside = o["form"] == "simclr"
        mu.mul_(o["momentum"]).add_(g, alpha=rate if inside else 1)
        w.sub_(mu if inside else rate * mu)

    def moments(self, name, g, count):
        o = self.case["optimizer"]
        m, v = self.state["exp_avg"][name], self.state["exp_avg_sq"][name]
        m.mul_(o["betas"][0]).add_(g, alpha=1 - o["betas"][0])
        v.mul_(o["betas"][1]).addcmul_(g, g, value=1 - o["betas"][1])
        m, v = m / (1 - o["betas"][0] ** count), v / (1 - o["betas"][1] ** count)
        return m / (v.sqrt() + o["eps"])

    def adamw(self, name, w, g, rate, count, decay):
        w.mul_(1 - rate * decay)
        w.sub_(rate * self.moments(name, g, count))

    def stable_adamw(self, name, w, g, rate, count, decay):
        o = self.case["optimizer"]
        update = self.moments(name, g, count)
        v = self.state["exp_avg_sq"][name] / (1 - o["betas"][1] ** count)
        rms = (g.square() / v.clamp(min=o["eps"] ** 2)).mean().sqrt()
        w.sub_(rate / max(rms.item(), 1) * (update + decay * w))

    def lamb(self, name, w, g, rate, count, decay):
        u = self.moments(name, g, count) + decay * w
        if decay and w.norm() > 0 and u.norm() > 0:
            u = u * (w.norm() / u.norm())
        w.sub_(rate * u)

    def final(self):
        tensors = {}
        encoders = {"base_encoder.": self.base, "momentum_encoder.": self.momentum}
        for prefix, encoder in encoders.items():
            if encoder is None:
                continue
            named = encoder.named(list(encoder.named_parameters()) + list(encoder.named_buffers()))
            tensors |= {prefix + name: tensor for name, tensor in named.items()
                        if not name.endswith(("num_batches_tracked", "pos_embed"))}
        if self.case["backbone"].get("position_embedding") == "learned" and self.case["backbone"]["pooling"] == "cls":
            tensors["base_encoder.pos_embed"] = self.base.backbone.pos_embed
        if self.predictor:
            tensors |= {f"predictor.{name}": tensor for name, tensor in
                        list(self.predictor.named_parameters()) + list(self.predictor.named_buffers())
                        if not name.endswith("num_batches_tracked")}
        if self.queue is not None:
            tensors["queue"] = self.queue
        if self.prototypes is not None:
            tensors["prototypes.weight"] = self.prototypes
        for kind, state in self.state.items():
            tensors |= {f"state.{kind}.{name}": tensor for name, tensor in state.items()}
        return tensors


def views(case, seed):
    """uint8 (steps, 2, N, 3, H, W): smooth random images, the second view a noisy copy."""
    size = case["backbone"]["image_size"]
    g = torch.Generator().manual_seed(seed)
    coarse = torch.rand(case["count"], 1, BATCH, 3, 4, 4, generator=g).flatten(0, 2)
    smooth = functional.interpolate(coarse, size=(size, size), mode="bilinear")
    both = smooth.view(case["count"], 1, BATCH, 3, size, size).repeat(1, 2, 1, 1, 1, 1)
    noisy = 0.7 * both + 0.3 * torch.rand(both.shape, generator=g)
    return (noisy * 255).to(torch.uint8)


def small_crops(case, seed):
    """uint8 (steps, crops, N, 3, size, size), or none."""
    if "small_crops" not in case:
        return None
    count, size = case["small_crops"]["count"], case["small_crops"]["size"]
    g = torch.Generator().manual_seed(1000 + seed)
    coarse = torch.rand(case["count"] * count * BATCH, 3, 4, 4, generator=g)
    smooth = functional.interpolate(coarse, size=(size, size), mode="bilinear")
    return (smooth.view(case["count"], count, BATCH, 3, size, size) * 255).to(torch.uint8)


def compute(case, pixels, dtype, small=None):
    run = Run(case, dtype)
    losses, norms, first = [], [], {}
    for i, step in enumerate(case["steps"]):
        loss, outputs, gradients = run.step(pixels, i, step["learning_rate"], step["momentum"], small)
        losses.append(loss)
        norms.append([g.norm().item() for g in gradients.values()])
        if i == 0:
            first = {f"step.0.{name}": tensor.detach() for name, tensor in outputs.items()}
            first |= {f"step.0.gradient.{name}": g for name, g in gradients.items()}
    tensors = first | {f"final.{name}": tensor.detach() for name, tensor in run.final().items()}
    tensors["losses"] = torch.tensor(losses, dtype=torch.float64)
    tensors["gradient_norms"] = torch.tensor(norms, dtype=torch.float64)
    return run, {name: tensor.double() for name, tensor in tensors.items()}


def quantity(name):
    if name.startswith("step.0."):
        return ".".join(name.split(".")[:3])
    if name.startswith("final.state."):
        return "final.state"
    if name.startswith("final."):
        return "final.running" if ".running_" in name else "final"
    return name


def without_noise(name, tensor, zero):
    """Gradients that are zero in exact arithmetic, and what an optimizer makes of their noise."""
    if re.sub(r"^(step\.0\.gradient|final(\.state\.[^.]+)?)\.", "", name).replace(
            "momentum_encoder.", "base_encoder.") in zero:
        return torch.zeros_like(tensor)
    if name.endswith("attn.qkv.bias"):
        tensor = tensor.clone()
        tensor[len(tensor) // 3:2 * len(tensor) // 3] = 0
    return tensor


def deviations(ours, expected, zero, trained):
    worst = {}
    for name in expected:
        a, b = (without_noise(name, x, zero) for x in (ours[name], expected[name]))
        if name == "gradient_norms":
            keep = [i for i, parameter in enumerate(trained) if parameter not in zero]
            a, b = a[:, keep], b[:, keep]
        norm = b.norm().item()
        deviation = (a - b).norm().item() / (norm if norm >= 1e-12 else 1)
        worst[quantity(name)] = max(worst.get(quantity(name), 0), deviation)
    return worst


def stored(tensors, whole, zero):
    result = {}
    for name, tensor in tensors.items():
        if whole or name in ("losses", "gradient_norms"):
            keep = torch.float64 if name in ("losses", "gradient_norms") else torch.float32
            result[name] = tensor.to(keep).contiguous()
            continue
        flat = without_noise(name, tensor, zero).flatten()
        count = min(len(flat), SAMPLES)
        indices = numpy.floor(numpy.linspace(0, len(flat) - 1, count)).astype(numpy.int64)
        result[f"{name}#norm"] = flat.norm().view(1)
        result[f"{name}#sample"] = flat[torch.from_numpy(indices)]
    return result


def compact(description):
    """A line for each field, and for each tensor of `fill`."""
    text = json.dumps(description, indent=1)
    return re.sub(r"\n {3,}|\n  ([\]}])", r" \1", text) + "\n"


def make(folder, name, seed):
    case = {"backbone": VIT, "projector": PROJECTOR, "predictor": PREDICTOR, "temperature": 0.2,
            "method": "moco-v3", "optimizer": ADAMW, "count": 5, "momentum": 0.9} | VARIANTS[name]
    case["seed"] = seed
    rate = RATES[case["optimizer"]["name"]]
    case["steps"] = [
        {"learning_rate": rate * (i + 1) / case["count"],
         "momentum": case["momentum"] + (0.01 * i if case["momentum"] else 0)}
        for i in range(case["count"])]
    pixels = views(case, seed)
    small = small_crops(case, seed)
    run, sharp = compute(case, pixels, torch.float64, small)
    zero = [parameter for i, parameter in enumerate(run.trained)
            if sharp["gradient_norms"][:, i].max() < 1e-10]
    _, plain = compute(case, pixels, torch.float32, small)
    worst = deviations(plain, sharp, zero, list(run.trained))
    tolerances = {key: max(FLOOR.get(key, 1e-5), 20 * value) for key, value in worst.items()}
    fields = ["backbone", "projector", "predictor", "temperature", "optimizer", "steps"]
    optional = ["gradient_clip", "patch_projection_clip", "ema_order", "queue_length", "prototypes",
                "epsilon", "sinkhorn_iterations", "frozen_updates", "small_crops"]
    description = {"kind": "moco-step", "name": name, "method": case["method"], "precision": "fp32",
                   "batch": BATCH, "mean": MEAN, "std": STD}
    description |= {field: case[field] for field in fields}
    description |= {field: case[field] for field in optional if field in case}
    description["initial"] = {"fill": run.fill, "seed": seed}
    description["trained_parameters"] = list(run.trained)
    description["zero_gradient_parameters"] = zero
    description["tolerance"] = {
        "float64": 1e-6,
        "float32": {key: float(f"{value:.2g}") if value <= LOOSEST else None
                    for key, value in tolerances.items()}}
    description["pytorch_float32_deviation"] = {key: float(f"{value:.2g}")
                                                for key, value in worst.items()}
    out = folder / name
    out.mkdir(parents=True, exist_ok=True)
    if run.file:
        description["initial"]["file"] = "initial.safetensors"
        save_file(run.file, out / "initial.safetensors")
    (out / "fixture.json").write_text(compact(description))
    inputs = {"views": pixels} | ({} if small is None else {"small": small})
    save_file(inputs, out / "inputs.safetensors")
    save_file(stored(sharp, name in WHOLE, zero), out / "expected.safetensors")
    print(f"{name}: losses {[round(x, 4) for x in sharp['losses'].tolist()]}")


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    torch.set_num_threads(1)
    names = sys.argv[2:] or list(VARIANTS)
    for name in names:
        make(pathlib.Path(sys.argv[1]), name, 1 + list(VARIANTS).index(name))


if __name__ == "__main__":
    main()
