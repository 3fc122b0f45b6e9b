"""The other side of InteropTest: weights that we export are loaded by timm and transformers, and
weights that those save are left for us to load.

usage: interop.py check DIR   compares DIR/CASE/{timm,huggingface} with DIR/CASE/io.safetensors
       interop.py make DIR    writes DIR/CASE/{model,io}.safetensors

io.safetensors holds `images` (N, 3, H, W), already normalised, and their `features` (N, D), or the logits
of a classifier.
"""

import pathlib
import sys

import timm
import torch
from safetensors.torch import load_file, save_file
from transformers import ViTConfig, ViTModel

TOLERANCE = 1e-4


class ConvolutionStem(torch.nn.Module):
    """A stem for timm's embed_layer whose names are those of our conv stem."""

    def __init__(self, img_size, patch_size, in_chans, embed_dim, **_):
        super().__init__()
        layers, channels = [], in_chans
        for out in (embed_dim // 8, embed_dim // 4, embed_dim // 2, embed_dim):
            layers += [
                torch.nn.Conv2d(channels, out, 3, stride=2, padding=1, bias=False),
                torch.nn.BatchNorm2d(out),
                torch.nn.ReLU(),
            ]
            channels = out
        self.proj = torch.nn.Sequential(*layers, torch.nn.Conv2d(channels, embed_dim, 1))
        self.num_patches = (img_size // patch_size) ** 2

    def forward(self, images):
        return self.proj(images).flatten(2).transpose(1, 2)


def timm_model(folder, weights):
    if "patch_embed.proj.0.weight" not in weights:
        model = timm.create_model(f"local-dir:{folder}")
    else:
        import json

        config = json.loads((folder / "config.json").read_text())
        model = timm.models.VisionTransformer(
            embed_layer=ConvolutionStem, num_classes=config["num_classes"], **config["model_args"]
        )
    model.load_state_dict(weights, strict=True)
    return model.eval()


def transformers_features(folder, images):
    model, report = ViTModel.from_pretrained(
        folder, add_pooling_layer=False, output_loading_info=True
    )
    left = {key: names for key, names in report.items() if names}
    if left:
        raise SystemExit(f"{folder}: transformers reports {left}")
    return model.eval()(images).last_hidden_state[:, 0]


def check(root):
    failed = False
    for case in sorted(path for path in root.iterdir() if path.is_dir()):
        io = load_file(case / "io.safetensors")
        found = {}
        if (case / "timm").is_dir():
            weights = load_file(case / "timm" / "model.safetensors")
            found["timm"] = timm_model(case / "timm", weights)(io["images"])
        if (case / "huggingface").is_dir():
            found["huggingface"] = transformers_features(case / "huggingface", io["images"])
        for name, features in found.items():
            difference = (features - io["features"]).abs().max().item()
            spread = io["features"].std(0).max().item()
            failed |= not (difference <= TOLERANCE and spread > 1e-3)
            print(f"{case.name} {name}: largest difference {difference:.2e}, spread {spread:.2f}")
    return 1 if failed else 0


def save(root, name, weights, images, features):
    folder = root / name
    folder.mkdir(parents=True)
    if weights is not None:
        save_file({key: value.contiguous() for key, value in weights.items()},
                  folder / "model.safetensors")
    save_file({"images": images, "features": features.contiguous()}, folder / "io.safetensors")
    return folder


def make(root):
    torch.manual_seed(0)
    images = torch.randn(3, 3, 32, 32)
    tiny = dict(img_size=32, patch_size=8, embed_dim=48, depth=2, num_heads=4, num_classes=10)
    vit = timm.create_model("vit_tiny_patch16_224", **tiny).eval()
    features = vit.forward_head(vit.forward_features(images), pre_logits=True)
    save(root, "timm-vit", vit.state_dict(), images, features)
    prefixed = {f"module.base_encoder.{key}": value for key, value in vit.state_dict().items()
                if not key.startswith("head.")}
    copies = {key.replace("base", "momentum"): value.clone() for key, value in prefixed.items()}
    save(root, "reference-vit", prefixed | copies, images, features)

    resnet = timm.create_model("resnet18", num_classes=10)
    for _ in range(3):
        resnet(torch.randn(8, 3, 64, 64) + 0.3)
    resnet.eval()
    images = torch.randn(3, 3, 64, 64)
    features = resnet.forward_head(resnet.forward_features(images), pre_logits=True)
    save(root, "timm-resnet", resnet.state_dict(), images, features)

    config = ViTConfig(hidden_size=48, num_hidden_layers=2, num_attention_heads=4,
                       intermediate_size=192, image_size=32, patch_size=8, layer_norm_eps=1e-6)
    model = ViTModel(config).eval()
    images = torch.randn(3, 3, 32, 32)
    features = model(images).last_hidden_state[:, 0]
    save(root, "transformers-state-dict", model.state_dict(), images, features)
    folder = save(root, "transformers-saved", None, images, features)
    model.save_pretrained(folder)
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("check", "make"):
        raise SystemExit(__doc__)
    torch.set_num_threads(1)
    with torch.no_grad():
        sys.exit({"check": check, "make": make}[sys.argv[1]](pathlib.Path(sys.argv[2])))
