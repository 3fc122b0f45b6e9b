"""Makes the fixture of FineTuningTest: timm's ViT, mixup, CutMix, layer decay and average in PyTorch.

usage: make_finetune_fixture.py DIR

Three steps in float64: one blended, one cut, one as it is. Needs requirements.txt.
"""

import pathlib
import sys

import torch
from safetensors.torch import save_file
from timm.models.vision_transformer import VisionTransformer
from timm.optim import param_groups_layer_decay

CLASSES, SIDE, BATCH, SMOOTHING = 5, 16, 6, 0.1
DECAY, LAYER_DECAY, AVERAGE = 0.05, 0.75, 0.9
RATES = [1e-3, 2e-3, 5e-4]
BOX = (3, 11, 0, 6)  # top, bottom, left, right
DRAWS = [("blend", 0.3), ("cut", 1 - (8 * 6) / SIDE**2), ("none", 1.0)]


def targets(labels, own):
    smooth = torch.full((len(labels), CLASSES), SMOOTHING / CLASSES, dtype=torch.float64)
    smooth[torch.arange(len(labels)), labels] = 1 - SMOOTHING + SMOOTHING / CLASSES
    return own * smooth + (1 - own) * smooth.flip(0)


def mixed(images, kind, own):
    others = images.flip(0)
    if kind == "blend":
        return own * images + (1 - own) * others
    result = images.clone()
    if kind == "cut":
        top, bottom, left, right = BOX
        result[:, :, top:bottom, left:right] = others[:, :, top:bottom, left:right]
    return result


def main():
    torch.manual_seed(3)
    model = VisionTransformer(img_size=SIDE, patch_size=8, embed_dim=16, depth=2, num_heads=4,
                              mlp_ratio=2, num_classes=CLASSES)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    save_file({k: v.clone() for k, v in model.state_dict().items()}, out / "initial.safetensors")
    images = torch.randn(len(RATES), BATCH, 3, SIDE, SIDE)
    labels = torch.randint(0, CLASSES, (len(RATES), BATCH))
    save_file({"images": images, "labels": labels}, out / "inputs.safetensors")

    model = model.double().train()
    groups = param_groups_layer_decay(model, DECAY, no_weight_decay_list=["pos_embed", "cls_token"],
                                      layer_decay=LAYER_DECAY)
    optimizer = torch.optim.AdamW(groups, lr=1, betas=(0.9, 0.999), eps=1e-8)
    average = {k: v.clone() for k, v in model.state_dict().items()}
    losses = []
    for step, rate in enumerate(RATES):
        for group in optimizer.param_groups:
            group["lr"] = rate * group["lr_scale"]
        kind, own = DRAWS[step]
        logits = model(mixed(images[step].double(), kind, own))
        loss = -(targets(labels[step], own) * logits.log_softmax(1)).sum(1).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        for name, value in model.state_dict().items():
            average[name].lerp_(value, 1 - AVERAGE)
    expected = {f"final.{k}": v.clone() for k, v in model.state_dict().items()}
    expected |= {f"average.{k}": v.clone() for k, v in average.items()}
    expected["losses"] = torch.tensor(losses, dtype=torch.float64)
    save_file(expected, out / "expected.safetensors")
    print(losses)


if __name__ == "__main__":
    main()
