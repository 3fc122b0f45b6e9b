/** MoCo v3: its encoders, its step and the settings of both. */
package io.mocov3.model.method;
