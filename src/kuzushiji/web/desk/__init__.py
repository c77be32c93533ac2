"""The reading desk's part of the server: pages read with progress, corrected boxes read again, exports."""
