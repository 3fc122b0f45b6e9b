package io.mocov3.model.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/** The header's JSON, read as a stream: a hostile one of 100 MB must not become a tree. */
final class HeaderParser {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(Header.MAX_BYTES)
                  .maxNameLength(Header.MAX_BYTES)
                  .build())
          .build();

  private final char[] text;
  private final Refusal refusal;
  private final Map<String, TensorEntry> tensors = new LinkedHashMap<>();
  private final SequencedMap<String, String> metadata = new LinkedHashMap<>();
  private boolean metadataSeen;

  HeaderParser(char[] text, Refusal refusal) {
    this.text = text;
    this.refusal = refusal;
  }

  Collection<TensorEntry> tensors() {
    return tensors.values();
  }

  SequencedMap<String, String> metadata() {
    return metadata;
  }

  void parse() throws IOException {
    try (JsonParser json = JSON.createParser(text, 0, text.length)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        readField(json);
      }
      checkPadding((int) json.currentLocation().getCharOffset());
    } catch (JsonProcessingException e) {
      throw refusal.header("not JSON: " + e.getOriginalMessage());
    }
  }

  private void readField(JsonParser json) throws IOException {
    String name = json.currentName();
    if (name.equals(Header.METADATA)) {
      if (metadataSeen) {
        throw refusal.header("__metadata__ occurs twice");
      }
      metadataSeen = true;
      readMetadata(json);
    } else if (tensors.containsKey(name)) {
      throw refusal.tensor(name, "occurs twice");
    } else {
      tensors.put(name, new EntryParser(json, name, refusal).parse());
    }
  }

  private void readMetadata(JsonParser json) throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw refusal.header("__metadata__ must be an object of strings");
    }
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      if (json.nextToken() != JsonToken.VALUE_STRING) {
        throw refusal.header("__metadata__ " + Refusal.quote(key) + " must be a string");
      }
      if (metadata.put(key, json.getText()) != null) {
        throw refusal.header("__metadata__ " + Refusal.quote(key) + " occurs twice");
      }
    }
  }

  private void checkPadding(int from) {
    for (char padding : Arrays.copyOfRange(text, from, text.length)) {
      if (padding != ' ') {
        throw refusal.header("only spaces may follow the JSON object");
      }
    }
  }
}
