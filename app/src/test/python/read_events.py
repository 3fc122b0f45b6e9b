"""Prints what TensorBoard has of a folder of event files, as JSON."""

import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "images": 0})
events.Reload()
tags = events.Tags()
print(
    json.dumps(
        {
            "scalars": {
                tag: [[point.step, point.value] for point in events.Scalars(tag)]
                for tag in tags["scalars"]
            },
            "images": {
                tag: [
                    [image.step, image.width, image.height, image.encoded_image_string[:8].hex()]
                    for image in events.Images(tag)
                ]
                for tag in tags["images"]
            },
        }
    )
)
