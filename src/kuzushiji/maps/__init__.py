"""From images to maps by dimension reduction, their quality, and the page to walk them."""
